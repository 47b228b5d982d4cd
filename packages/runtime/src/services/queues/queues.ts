import type { Manifest, Queue } from "@arclet/manifest";
import { QueuePoller } from "./queue-poller.ts";
import { MessageQueue } from "./queue.ts";
import type { QueueMessage } from "../../lambda-events/sqs-event.ts";
import { arn, localAccount, physicalName } from "../../aws-names.ts";
import {
  journalFor,
  tellTraffic,
  type DeadLetter,
  type ServiceContext,
} from "../service-context.ts";

/** A queue of the manifest and the time its function has, from which its visibility time-out follows. */
interface QueueDefinition {
  readonly queue: Queue;
  readonly functionTimeoutSeconds: number;
}

/** Receives before a message counts as poisonous; AWS advises at least five. */
const maxReceiveCount = 5;

interface OpenQueue {
  readonly name: string;
  readonly messages: MessageQueue;
  readonly dead: MessageQueue;
  readonly poller: QueuePoller;
}

/** SQS queues with their event source mappings and dead-letter queues. */
export class Queues {
  readonly #context: ServiceContext;
  readonly #open = new Map<string, OpenQueue>();
  readonly #waiting = new Set<() => void>();
  readonly #moves = new Set<Promise<void>>();
  #definitions: ReadonlyMap<string, QueueDefinition> = new Map();
  #app: string;
  #isStarted = false;

  private constructor(context: ServiceContext, app: string) {
    this.#context = context;
    this.#app = app;
  }

  static async open(context: ServiceContext, manifest: Manifest): Promise<Queues> {
    const queues = new Queues(context, manifest.app);
    await queues.update(manifest);
    return queues;
  }

  /** Queues that left the manifest stop being polled; their messages stay. */
  async update(manifest: Manifest): Promise<void> {
    const definitions = definitionsOf(manifest);
    this.#app = manifest.app;
    this.#definitions = new Map(
      definitions.map((definition) => [definition.queue.name, definition]),
    );
    for (const [name, open] of this.#open) if (!this.#definitions.has(name)) open.poller.pause();
    for (const definition of definitions) {
      const open = this.#open.get(definition.queue.name) ?? (await this.#create(definition));
      open.messages.settings = settingsOf(definition);
      open.poller.update(definition.queue, this.physicalName(definition.queue));
      if (this.#isStarted) open.poller.start();
    }
  }

  /** Begins to hand messages to functions. */
  start(): void {
    this.#isStarted = true;
    for (const [name, open] of this.#open) if (this.#definitions.has(name)) open.poller.start();
  }

  /** Logical name to path of the queue's URL. */
  paths(): Record<string, string> {
    const entries = [...this.#definitions.values()].map(({ queue }) => [
      queue.name,
      `/${localAccount}/${this.physicalName(queue)}`,
    ]);
    return Object.fromEntries(entries);
  }

  /** By logical or physical name or URL; also dead-letter queues. */
  find(nameOrUrl: string): MessageQueue | null {
    const last = nameOrUrl.slice(nameOrUrl.lastIndexOf("/") + 1);
    for (const open of this.#open.values()) {
      const definition = this.#definitions.get(open.name);
      if (definition === undefined) continue;
      const physical = this.physicalName(definition.queue);
      if (last === open.name || last === physical) return open.messages;
      if (last === deadLetterName(physical)) return open.dead;
    }
    return null;
  }

  /** Long polling: resolves when a message can be received, or after `waitMs`. */
  untilReceivable(messages: MessageQueue, waitMs: number): Promise<void> {
    return new Promise((resolve) => {
      const finish = (): void => {
        this.#waiting.delete(finish);
        unwatch();
        timer.cancel();
        resolve();
      };
      const unwatch = messages.watch(() => {
        if (messages.receivableCount() > 0) finish();
      });
      const timer = this.#context.clock.after(waitMs, finish);
      this.#waiting.add(finish);
    });
  }

  physicalName(queue: Queue): string {
    return `${physicalName(this.#app, queue.name)}${queue.fifo ? ".fifo" : ""}`;
  }

  deadLetters(): DeadLetter[] {
    return [...this.#open.values()].flatMap((open) =>
      open.dead.all().map((message) => ({
        id: message.id,
        service: "queues" as const,
        source: open.name,
        functionId: this.#functionIdOf(open.name),
        payload: message.body,
        error: `received ${maxReceiveCount} times and never deleted`,
      })),
    );
  }

  async close(): Promise<void> {
    for (const finish of this.#waiting) finish();
    await Promise.all([...this.#open.values()].map((open) => open.poller.close()));
    await Promise.allSettled(this.#moves);
    await Promise.all(
      [...this.#open.values()].flatMap((open) => [open.messages.close(), open.dead.close()]),
    );
  }

  async #create(definition: QueueDefinition): Promise<OpenQueue> {
    const { name } = definition.queue;
    const { clock } = this.#context;
    const deadJournal = await journalFor<QueueMessage>(this.#context, `queue-${name}-dead`);
    const dead = new MessageQueue(
      { ...settingsOf(definition), maxReceiveCount: null },
      clock,
      deadJournal,
      () => {},
    );
    const move = async (message: QueueMessage): Promise<void> => {
      // First kept there, then dropped here: a stop between the two doubles it, and loses nothing.
      await dead.send({ ...message, delaySeconds: 0, deduplicationId: message.id });
      await messages.forget(message.id);
      tellTraffic(
        this.#context,
        this.#functionIdOf(name),
        `message ${message.id} of queue ${name} went to the dead letters after ${message.receiveCount} tries`,
      );
    };
    const journal = await journalFor<QueueMessage>(this.#context, `queue-${name}`);
    const messages = new MessageQueue(settingsOf(definition), clock, journal, (message) => {
      const moving = move(message).finally(() => this.#moves.delete(moving));
      this.#moves.add(moving);
      this.#context.traffic.report(moving, "queues");
    });
    const poller = new QueuePoller(
      this.#context,
      messages,
      definition.queue,
      arn("sqs", this.physicalName(definition.queue)),
    );
    const open: OpenQueue = { name, messages, dead, poller };
    this.#open.set(name, open);
    return open;
  }

  #functionIdOf(name: string): string {
    return this.#definitions.get(name)?.queue.functionId ?? `queues/${name}`;
  }
}

/** Lambda's default time-out stands in for a function that is not there. */
function definitionsOf(manifest: Manifest): QueueDefinition[] {
  const timeouts = new Map(manifest.functions.map((lambda) => [lambda.id, lambda.config.timeout]));
  return manifest.queues.map((queue) => ({
    queue,
    functionTimeoutSeconds: timeouts.get(queue.functionId) ?? 5,
  }));
}

function settingsOf(definition: QueueDefinition): {
  fifo: boolean;
  visibilityTimeoutSeconds: number;
  maxReceiveCount: number;
} {
  return {
    fifo: definition.queue.fifo,
    // As deployed. https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
    visibilityTimeoutSeconds: 6 * definition.functionTimeoutSeconds + definition.queue.batchWindow,
    maxReceiveCount,
  };
}

/** `x` → `x-dead-letters`, `x.fifo` → `x-dead-letters.fifo`. */
function deadLetterName(physical: string): string {
  return physical.endsWith(".fifo")
    ? `${physical.slice(0, -5)}-dead-letters.fifo`
    : `${physical}-dead-letters`;
}
