import { stringify } from "yaml";
import { z } from "zod";
import { fromClient, toClient } from "#shared/protocol/client-master.ts";
import { fromPlayer, toPlayer } from "#shared/protocol/client-world.ts";
import { fromLaunch, toLaunch } from "#shared/protocol/launch-master.ts";
import { protocol } from "#shared/version.ts";

type Json = Record<string, unknown>;
type Union = { readonly options: readonly z.ZodType[] };

/** One socket: who may dial it, and what travels each way. `binary` frames are laid out in protocol.md. */
interface Channel {
  readonly name: string;
  readonly address: string;
  readonly description: string;
  readonly up: Union;
  readonly down: Union;
  readonly binary?: { readonly up: string; readonly down: string };
}

const channels: readonly Channel[] = [
  {
    name: "control",
    address: "/",
    description: "A client's socket to the master: identity, chat, travel. Kept for the whole stay.",
    up: fromClient,
    down: toClient,
  },
  {
    name: "world",
    address: "{url of the ticket}",
    description: "A client's socket to the one world it is in. Replaced by travel.",
    up: fromPlayer,
    down: toPlayer,
    binary: { up: "commands", down: "snapshot" },
  },
  {
    name: "launch",
    address: "private: a Unix socket, or loopback where there is none",
    description: "A world process's socket to the master. Never on the public port.",
    up: fromLaunch,
    down: toLaunch,
  },
];

/** The whole wire as an AsyncAPI 3 document, made from the schemas the servers themselves check with. */
export function asyncapi(): string {
  const parts = channels.map((channel) => describe(channel));
  const document = {
    asyncapi: "3.0.0",
    info: {
      title: "Portcade",
      // Not the version of the program: a release must not make a page stale.
      version: String(protocol.newest),
      description:
        "Generated from shared/protocol; do not edit. Text frames hold one JSON object. A reply echoes the request's `id` as `re`. " +
        "Binary frames are described in protocol.md.",
    },
    defaultContentType: "application/json",
    channels: Object.fromEntries(parts.map((part) => [part.name, part.channel])),
    operations: Object.assign({}, ...parts.map((part) => part.operations)) as Json,
    components: { messages: Object.assign({}, ...parts.map((part) => part.messages)) as Json },
  };
  return stringify(document, { lineWidth: 110, aliasDuplicateObjects: false });
}

function describe(channel: Channel): { name: string; channel: Json; operations: Json; messages: Json } {
  const { name, address, description, binary } = channel;
  const up = messagesOf(`${name}.up`, channel.up, binary?.up);
  const down = messagesOf(`${name}.down`, channel.down, binary?.down);
  const refs = (of: Json): Json =>
    Object.fromEntries(Object.keys(of).map((key) => [key, { $ref: `#/components/messages/${key}` }]));
  const list = (of: Json): Json[] =>
    Object.keys(of).map((key) => ({ $ref: `#/channels/${name}/messages/${key}` }));
  return {
    name,
    channel: { address, description, messages: { ...refs(up), ...refs(down) } },
    operations: {
      [`${name}.receive`]: { action: "receive", channel: { $ref: `#/channels/${name}` }, messages: list(up) },
      [`${name}.send`]: { action: "send", channel: { $ref: `#/channels/${name}` }, messages: list(down) },
    },
    messages: { ...up, ...down },
  };
}

function messagesOf(prefix: string, union: Union, binary: string | undefined): Json {
  const entries = union.options.map((option): [string, Json] => {
    const { $schema: _, ...payload } = z.toJSONSchema(option, { io: "input" });
    const { type } = z.object({ type: z.object({ const: z.string() }) }).parse(payload.properties);
    return [`${prefix}.${type.const}`, { name: type.const, payload }];
  });
  if (binary)
    entries.push([`${prefix}.${binary}`, { name: binary, contentType: "application/octet-stream" }]);
  return Object.fromEntries(entries);
}
