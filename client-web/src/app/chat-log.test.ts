import { expect, it } from "vitest";
import { ChatLog } from "./chat-log.ts";

it("keeps the last two hundred lines, and counts on", () => {
  const chat = new ChatLog();
  for (let line = 1; line <= 250; line++) chat.add(`line ${line}`, "Ada");
  expect(chat.lines).toHaveLength(200);
  expect(chat.lines[0]).toEqual({ key: 51, name: "Ada", text: "line 51" });
  expect(chat.lines.at(-1)?.key).toBe(250);
});
