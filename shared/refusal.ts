/**
 * Every expected "no" in the system, as data. `retry` tells the peer what helps:
 * `now` the same request again, `later` after a pause, `never` without something changing first.
 */
export const refusals = {
  // The door to the master
  version_mismatch: "never",
  protocol_unsupported: "never",
  server_full: "later",
  connect_rate: "later",
  continued_elsewhere: "never",
  session_expired: "never",
  shutting_down: "later",
  // Requests
  bad_request: "never",
  too_many_requests: "later",
  try_later: "later",
  // Names
  invalid_name: "never",
  already_logged_in: "never",
  not_logged_in: "never",
  login_rate: "later",
  takeover_limit: "later",
  // Travel
  invalid_world: "never",
  missing_travel_lease: "never",
  not_active_world: "never",
  invalid_travel_lease: "never",
  travel_lease_target_mismatch: "never",
  travel_lease_expired: "later",
  already_travelling: "later",
  world_unavailable: "now",
  world_full: "later",
  world_draining: "later",
  ticket_unavailable: "now",
  travel_cancelled: "never",
  world_pack_unavailable: "later",
  // The door to a world
  admission_denied: "never",
  not_joined: "never",
  invalid_portal: "never",
  not_at_portal: "later",
  not_in_reach: "later",
  master_unreachable: "later",
  removed: "never",
  // Chat
  chat_rate: "later",
  chat_empty: "never",
} as const;

export type Refusal = keyof typeof refusals;

export const refusalCodes = Object.keys(refusals) as [Refusal, ...Refusal[]];
