import { loadModel, type Model } from "../classifier/model.ts";
import type { Places } from "../program/places.ts";
import { modelPath } from "../program/prepare.ts";
import { loadState } from "../program/state.ts";
import { type Desk, openDesk } from "./desk.ts";
import type { Ledger } from "./ledger.ts";
import { openMailroom } from "./mailroom.ts";

/** Opens folders, ledger and classifier when the first step needs them: a command that only looks touches nothing. */
export function lazyDesk(places: Places, ledger: () => Ledger): Desk {
  let model: Model | null = null;
  const current = (): Model => {
    model ??= load(places);
    if (!model) throw new Error("there is no classifier yet: run npm start, it trains one");
    return model;
  };
  let opened: Desk | null = null;
  const open = (): Desk => {
    opened ??= openDesk(openMailroom(places), ledger(), current);
    return opened;
  };
  return {
    parse: (file) => open().parse(file),
    features: (digest) => open().features(digest),
    score: (features) => open().score(features),
    file: (file, to) => open().file(file, to),
    witness: (run, step, attempt, work) => open().witness(run, step, attempt, work),
  };
}

function load(places: Places): Model | null {
  const state = loadState(places.state);
  return state && loadModel(modelPath(places, state.model));
}
