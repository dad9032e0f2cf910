import { Button } from "../../../ui/button.tsx";
import { Dialog } from "../../../ui/dialog.tsx";
import { DiffView } from "../../../ui/diff-view.tsx";
import { copy } from "../copy.ts";
import type { Hold } from "../views.ts";

/** What a decision rests on: when any of it changes, what was read is not what would be decided. */
const grounds = ({ title, consequence, severity, action, context, facts, options }: Hold) => ({
  ...{ title, consequence, severity, action, evidence: context, facts, options },
});

/** What has changed in a hold since it was read. Whoever has seen it decides on what is there now. */
export const ChangesDialog = ({
  open,
  before,
  after,
  onSeen,
  onClose,
}: {
  open: boolean;
  before: Hold;
  after: Hold;
  onSeen: () => void;
  onClose: () => void;
}) => (
  <Dialog
    open={open}
    width="lg"
    title={copy.decide.reviewTitle}
    onClose={onClose}
    actions={
      <Button look="primary" onClick={onSeen}>
        {copy.decide.reviewDone}
      </Button>
    }
  >
    <div className="max-h-[60vh] overflow-auto">
      <DiffView before={grounds(before)} after={grounds(after)} />
    </div>
  </Dialog>
);
