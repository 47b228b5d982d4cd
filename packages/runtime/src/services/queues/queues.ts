import {
  arnOf,
  deadLetterQueueName,
  eventSources,
  localPlace,
  localQueueName,
  type Manifest,
  type Place,
  type QueueSource,
} from "@arclet/manifest";
import { QueuePoller } from "./queue-poller.ts";
import { MessageQueue } from "./queue.ts";
import type { QueueMessage } from "../../lambda-events/queues.ts";
import { JournalError, journalFor } from "../journal.ts";
import { reportRemark, type DeadLetter, type ServiceContext } from "../service-context.ts";

/** SQS's default, which dead-letter queues use. */
const sqsVisibilitySeconds = 30;

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
  #sources: ReadonlyMap<string, QueueSource> = new Map();
  #app: string;
  #place: Place;
  #isStarted = false;

  private constructor(context: ServiceContext, manifest: Manifest) {
    this.#context = context;
    this.#app = manifest.app;
    this.#place = localPlace(manifest);
  }

  static async open(context: ServiceContext, manifest: Manifest): Promise<Queues> {
    const queues = new Queues(context, manifest);
    await queues.update(manifest);
    return queues;
  }

  /** Stops polling queues removed from the manifest. Their messages stay. */
  async update(manifest: Manifest): Promise<void> {
    const sources = eventSources(manifest).queues;
    this.#app = manifest.app;
    this.#place = localPlace(manifest);
    this.#sources = new Map(sources.map((source) => [source.name, source]));
    for (const [name, open] of this.#open) if (!this.#sources.has(name)) open.poller.pause();
    for (const source of sources) {
      const open = this.#open.get(source.name) ?? (await this.#create(source));
      open.messages.settings = source;
      open.poller.update(source, this.physicalName(source), this.#place);
      if (this.#isStarted) open.poller.start();
    }
  }

  /** Starts to deliver messages to functions. */
  start(): void {
    this.#isStarted = true;
    for (const [name, open] of this.#open) if (this.#sources.has(name)) open.poller.start();
  }

  /** Logical name to path of the queue's URL. */
  paths(): Record<string, string> {
    const entries = [...this.#sources.values()].map((source) => [source.name, this.pathOf(source)]);
    return Object.fromEntries(entries);
  }

  /** Path of the URL of a queue, given with its physical name or as one of the manifest's. */
  pathOf(queue: QueueSource | string): string {
    return `/${this.#place.account}/${typeof queue === "string" ? queue : this.physicalName(queue)}`;
  }

  arnOf(physicalName: string): string {
    return arnOf(this.#place, "sqs", physicalName);
  }

  /** By logical or physical name or URL; also dead-letter queues. */
  find(nameOrUrl: string): MessageQueue | null {
    const last = nameOrUrl.slice(nameOrUrl.lastIndexOf("/") + 1);
    for (const open of this.#open.values()) {
      const source = this.#sources.get(open.name);
      if (source === undefined) continue;
      const physical = this.physicalName(source);
      if (last === open.name || last === physical) return open.messages;
      if (last === deadLetterQueueName(physical)) return open.dead;
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

  physicalName(source: QueueSource): string {
    return localQueueName(this.#app, source);
  }

  deadLetters(): DeadLetter[] {
    return [...this.#open.values()].flatMap((open) =>
      open.dead.all().map((message) => ({
        id: message.id,
        service: "queues" as const,
        source: open.name,
        functionId: this.#functionIdOf(open.name),
        payload: message.body,
        error: `received ${open.messages.settings.maxReceiveCount} times and never deleted`,
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

  async #create(source: QueueSource): Promise<OpenQueue> {
    const { name } = source;
    const { clock } = this.#context;
    const deadJournal = await journalFor<QueueMessage>(this.#context, `queue-${name}-dead`);
    const dead = new MessageQueue(
      { fifo: source.fifo, visibilityTimeoutSeconds: sqsVisibilitySeconds, maxReceiveCount: null },
      clock,
      deadJournal,
      () => {},
    );
    const move = async (message: QueueMessage): Promise<void> => {
      try {
        // Stored there before it is removed here: a crash in between duplicates the message but never loses it.
        await dead.send({ ...message, delaySeconds: 0, deduplicationId: message.id });
      } catch (error) {
        if (!(error instanceof JournalError)) throw error;
        messages.takeBack(message);
        reportRemark(this.#context, this.#functionIdOf(name), error.message);
        return;
      }
      await messages.forget(message.id);
      reportRemark(
        this.#context,
        this.#functionIdOf(name),
        `message ${message.id} of queue ${name} moved to the dead-letter queue after ${message.receiveCount} receives`,
      );
    };
    const journal = await journalFor<QueueMessage>(this.#context, `queue-${name}`);
    const { traffic } = this.#context;
    const onDead = (message: QueueMessage): void => {
      const moving = move(message).finally(() => this.#moves.delete(moving));
      this.#moves.add(moving);
      traffic.report(moving, "queues");
    };
    const onSent = ({ body }: QueueMessage): void => {
      if (traffic.isObserved)
        traffic.emit({ type: "published", service: "queues", name, message: body });
    };
    const messages = new MessageQueue(source, clock, journal, onDead, onSent);
    const poller = new QueuePoller(
      this.#context,
      messages,
      source,
      this.physicalName(source),
      this.#place,
    );
    const open: OpenQueue = { name, messages, dead, poller };
    this.#open.set(name, open);
    return open;
  }

  #functionIdOf(name: string): string {
    return this.#sources.get(name)?.functionId ?? `queues/${name}`;
  }
}
