export { type EncryptedStore, type EncryptionOptions, encrypted } from "./encrypted-store.ts";
export { type KeyService, keyService } from "./key-service.ts";
export { type KeyContext, type Keyring, keyring, type LocalKeys, readKeyring } from "./keyring.ts";
export {
  type EncryptionStatus,
  encryptionStatus,
  type RotationOptions,
  type RotationReport,
  rotateEncryption,
} from "./rotate.ts";
