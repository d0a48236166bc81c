import { OperatorGateway, type OperatorGatewayDeps } from "#adapters/operator/operator-gateway.ts";
import { operatorPath } from "#adapters/operator/operator-path.ts";
import type { States } from "#adapters/metrics/measured.ts";
import type { Transition } from "#engine/ports.ts";
import type { Envelope } from "#core/inbox.ts";
import type { WorldCatalog } from "./world-catalog.ts";
import { reportWorlds } from "./world-report.ts";

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
  close(): Promise<void>;
}

export function createOperator(options: MasterOperatorOptions): MasterOperator {
  const { dataDir, catalog, states, nature } = options;
  const gateway = new OperatorGateway({
    ...options,
    worlds: () => reportWorlds(catalog, states, nature.now()),
    check: (world) => catalog.check(world),
  });
  return {
    listen: () => gateway.listen(operatorPath(dataDir)),
    receive: (envelope) => gateway.receive(envelope),
    transition: (event) => {
      catalog.transition(event);
      gateway.transition(event);
    },
    close: () => gateway.close(),
  };
}
