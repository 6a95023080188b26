/**
 * Sees each request through, whatever happens: judged within its time, answered
 * at most once, and told of once.
 *
 * This is the shell around `authorize()`: whatever is thrown inside of a request
 * ends here, without an answer that grants anything.
 */
import type { Msg, NatsConnection } from "@nats-io/nats-core";
import { describeThrown } from "../base/assert.ts";
import {
  type DiscardCode,
  type Discarded,
  discarded,
} from "../base/outcome.ts";
import type { Clock, MonotonicClock, MonotonicMs } from "../base/time.ts";
import type { Decision, RequestTime } from "../callout/authorize.ts";
import type { CalloutMessage } from "../callout/request.ts";
import { BoundedTime } from "./request_time.ts";
import { createUnsentAnswers, type UnsentAnswers } from "./unsent_answers.ts";

/** nats-server `auth_callout.go`, AuthRequestXKeyHeader. */
const SERVER_XKEY_HEADER = "Nats-Server-Xkey";

export interface JudgingOptions {
  /** Longest time from arrival to answer. The server's own time-out may be shorter. */
  readonly budgetMs: number;
  readonly judge: (
    message: CalloutMessage,
    time: RequestTime,
  ) => Promise<Decision>;
  /** Whether that server may still be there to be answered. */
  readonly isReachable: (serverId: string) => boolean;
  /** Told of every request exactly once. */
  readonly onDecision: (decision: Decision, durationMs: number) => void;
  readonly clock: Clock;
  readonly monotonic: MonotonicClock;
}

export interface Judging {
  readonly answers: Omit<UnsentAnswers, "send">;
  /** Sees one request through. */
  begin(message: Msg, arrivedAt: MonotonicMs): Promise<void>;
  /** For a request that is not worth beginning. */
  drop(code: DiscardCode, arrivedAt: MonotonicMs): void;
  /** What is still being judged is not answered; of it has been told already. */
  stop(): void;
}

export function createJudging(
  connection: Pick<NatsConnection, "publish">,
  options: JudgingOptions,
): Judging {
  const { isReachable, monotonic, onDecision } = options;
  let isStopped = false;

  function tell(decision: Decision, arrivedAt: MonotonicMs): void {
    onDecision(decision, monotonic() - arrivedAt);
  }

  const answers = createUnsentAnswers(connection, {
    isReachable,
    monotonic,
    onSettled({ arrivedAt, decision }, problem): void {
      if (problem === undefined) return tell(decision, arrivedAt);
      tell(replace(decision, "answer_unsent", problem), arrivedAt);
    },
  });

  /** Sends the answer, unless the server has stopped waiting for it. */
  function conclude(message: Msg, decision: Decision, time: BoundedTime): void {
    const { arrivedAt } = time;
    const { answer, request } = decision;
    if (answer === undefined || request === undefined) {
      return tell(decision, arrivedAt);
    }
    const deadline = time.answerBy(request.timeoutSeconds);
    if (monotonic() >= deadline) {
      const late = replace(decision, "request_late", "Judged too late");
      return tell(late, arrivedAt);
    }
    answers.send({
      serverId: request.serverId,
      reply: message.reply ?? "",
      bytes: answer,
      deadline,
      decision,
      arrivedAt,
    });
  }

  return {
    answers,
    async begin(message: Msg, arrivedAt: MonotonicMs): Promise<void> {
      const { budgetMs, clock, judge } = options;
      const time = new BoundedTime(
        { now: clock(), monotonicNow: monotonic() },
        { arrivedAt, budgetMs },
      );
      let decision: Decision;
      try {
        const opened = toCalloutMessage(message);
        decision = "kind" in opened
          ? { end: opened }
          : await judge(opened, time);
      } catch (error) {
        decision = { end: discarded("internal_error", describeThrown(error)) };
      } finally {
        time.end();
      }
      if (!isStopped) conclude(message, decision, time);
    },
    stop(): void {
      isStopped = true;
      answers.stop();
    },
    drop: (code, arrivedAt) => tell({ end: discarded(code) }, arrivedAt),
  };
}

/** Nobody learns of this end: what has to be told instead, and what it was. */
function replace(
  { answer: _, end, ...facts }: Decision,
  code: DiscardCode,
  why: string,
): Decision {
  return {
    ...facts,
    ...(end.kind === "granted" ? { identity: end.identity } : {}),
    end: discarded(code, `${why}: ${summarize(end)}`),
  };
}

function summarize(end: Decision["end"]): string {
  if (end.kind === "granted") return end.kind;
  return end.kind === "unavailable"
    ? `${end.kind}, ${end.dependency}`
    : end.code;
}

function toCalloutMessage(message: Msg): CalloutMessage | Discarded {
  try {
    return {
      payload: message.data,
      reply: message.reply ?? "",
      serverXkeys: message.headers?.values(SERVER_XKEY_HEADER) ?? [],
    };
  } catch {
    // The library decodes headers when they are asked for, and no server wrote these.
    return discarded("request_undecodable", "Its headers are malformed");
  }
}
