export { type EncryptedStore, type EncryptionOptions, encrypted } from "./encrypted-store.ts";
export { type KeyService, keyService } from "./key-service.ts";
export { type KeyContext, type Keyring, keyring, type LocalKeys, readKeyring } from "./keyring.ts";
