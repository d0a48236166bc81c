import { OperatorGateway, type OperatorGatewayDeps } from "#adapters/operator/operator-gateway.ts";
import { operatorPath } from "#adapters/operator/operator-path.ts";
import type { WorldReport } from "#adapters/operator/orders.ts";
import type { States } from "#adapters/metrics/measured.ts";
import type { Transition } from "#engine/ports.ts";
import type { Envelope } from "#core/inbox.ts";
import type { WorldCatalog } from "./world-catalog.ts";
import { brief, reportWorlds, type WorldBrief } from "./world-report.ts";

export interface MasterOperatorOptions extends Omit<OperatorGatewayDeps, "worlds" | "check"> {
  readonly dataDir: string;
  readonly catalog: WorldCatalog;
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
  const { dataDir, catalog, states, nature } = options;
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
      catalog.transition(event);
      gateway.transition(event);
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
