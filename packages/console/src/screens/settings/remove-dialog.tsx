import { FormDialog } from "../../ui/form-dialog.tsx";

/**
 * Asks before something is removed, and what that means.
 *
 * @example
 * <RemoveDialog words={copy.groups} name={group.name} onClose={close} onRemove={() => client.groups.remove({ group: group.name })} />
 */
export function RemoveDialog({
  words,
  name,
  onClose,
  onRemove,
}: {
  words: {
    readonly removeTitle: (name: string) => string;
    readonly removeSubmit: (name: string) => string;
    readonly removeText: string;
  };
  name: string;
  onClose: () => void;
  onRemove: () => Promise<unknown>;
}) {
  return (
    <FormDialog
      open
      title={words.removeTitle(name)}
      submit={words.removeSubmit(name)}
      danger
      onClose={onClose}
      onSubmit={onRemove}
    >
      <p className="text-muted">{words.removeText}</p>
    </FormDialog>
  );
}
