import { OperatorGateway, type OperatorGatewayDeps } from "#adapters/operator/operator-gateway.ts";
import { operatorPath } from "#adapters/operator/operator-path.ts";
import type { WorldReport } from "#adapters/operator/orders.ts";
import type { States } from "#adapters/metrics/measured.ts";
import type { Transition } from "#engine/ports.ts";
import type { Envelope } from "#core/inbox.ts";
import type { Travel } from "#core/travel/travel.ts";
import { kindOf } from "#shared/address.ts";
import type { PackOffers } from "./pack-offers.ts";
import type { WorldCatalog } from "./world-catalog.ts";
import { brief, reportWorlds, type WorldBrief } from "./world-report.ts";

export interface MasterOperatorOptions extends Omit<OperatorGatewayDeps, "worlds" | "check"> {
  readonly dataDir: string;
  readonly catalog: WorldCatalog;
  readonly offers: Pick<PackOffers, "isOutdated">;
  readonly states: States;
}

/** The operator's hand on a running master. */
export interface MasterOperator {
  listen(): Promise<void>;
  receive(envelope: Envelope): void;
  transition(event: Transition): void;
  /** World key → how it fares, for every world that is not asleep. */
  brief(): Record<string, WorldBrief>;
  close(): Promise<void>;
}

export function createOperator(options: MasterOperatorOptions): MasterOperator {
  const { dataDir, catalog, offers, states, nature } = options;
  const worlds = (): WorldReport[] => reportWorlds(catalog, states, nature.now());
  const gateway = new OperatorGateway({
    ...options,
    worlds,
    check: (world) => catalog.check(world),
  });
  return {
    listen: () => gateway.listen(operatorPath(dataDir)),
    receive: (envelope) => gateway.receive(envelope),
    transition: (event) => {
      gateway.transition(event);
      // New packs alone bring a launch of them, when the next player comes.
      const world = wantedBy(event);
      if (world !== undefined && offers.isOutdated(world)) void gateway.renew(world);
    },
    brief: () =>
      Object.fromEntries(
        worlds()
          .filter(({ phase }) => phase !== "asleep")
          .map((world) => [world.key, brief(world)]),
      ),
    close: () => gateway.close(),
  };
}

/** The world somebody has just been given a lease for. */
function wantedBy({ id, before, after, state }: Transition): string | undefined {
  if (kindOf(id) !== "travel" || before !== "absent" || after !== "leased") return undefined;
  return (state as Travel).journey.target.world;
}
