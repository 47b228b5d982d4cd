import { type EventMessage, snsEvent } from "../../lambda-events/sns-event.ts";
import { randomUUID } from "node:crypto";
import type { EventTopic } from "@arclet/manifest";
import type { ClockTimer } from "../../clock.ts";
import type { Journal } from "../journal.ts";
import { arn, physicalName } from "../../aws-names.ts";
import {
  journalFor,
  retryDelaysMs,
  tellTraffic,
  type DeadLetter,
  type ServiceContext,
} from "../service-context.ts";

interface Delivery extends EventMessage {
  readonly id: string;
  readonly topic: string;
  readonly publishedAt: number;
  readonly failures: number;
  readonly dead: string | null;
}

/** SNS topics, each with its function as the one subscriber. */
export class Events {
  readonly #context: ServiceContext;
  readonly #journal: Journal<Delivery>;
  readonly #timers = new Set<ClockTimer>();
  readonly #running = new Set<Promise<void>>();
  readonly #dead = new Map<string, Delivery>();
  #app: string;
  #topics: ReadonlyMap<string, EventTopic>;
  /** Deliveries held back until functions are in place; null from then on. */
  #held: Delivery[] | null = [];
  #closed = false;

  private constructor(
    context: ServiceContext,
    journal: Journal<Delivery>,
    app: string,
    topics: readonly EventTopic[],
  ) {
    this.#context = context;
    this.#journal = journal;
    this.#app = app;
    this.#topics = new Map(topics.map((topic) => [topic.name, topic]));
  }

  static async open(
    context: ServiceContext,
    app: string,
    topics: readonly EventTopic[],
  ): Promise<Events> {
    const journal = await journalFor<Delivery>(context, "events");
    const events = new Events(context, journal, app, topics);
    for (const delivery of journal.kept.values()) {
      if (delivery.dead === null) events.#start(delivery);
      else events.#dead.set(delivery.id, delivery);
    }
    return events;
  }

  /** Begins to invoke functions. */
  start(): void {
    const held = this.#held ?? [];
    this.#held = null;
    for (const delivery of held) this.#start(delivery);
  }

  update(app: string, topics: readonly EventTopic[]): void {
    this.#app = app;
    this.#topics = new Map(topics.map((topic) => [topic.name, topic]));
  }

  /** Logical name to ARN. */
  arns(): Record<string, string> {
    return Object.fromEntries([...this.#topics.keys()].map((name) => [name, this.#arnOf(name)]));
  }

  /** The logical name behind an ARN or a name; null when there is no such topic. */
  find(arnOrName: string): string | null {
    const last = arnOrName.slice(arnOrName.lastIndexOf(":") + 1);
    for (const name of this.#topics.keys()) {
      if (name === last || physicalName(this.#app, name) === last) return name;
    }
    return null;
  }

  /** Resolves with the message id once the event is kept; null for an unknown topic. */
  async publish(name: string, message: EventMessage): Promise<string | null> {
    if (!this.#topics.has(name)) return null;
    const id = randomUUID();
    const publishedAt = this.#context.clock.now();
    const delivery: Delivery = {
      ...message,
      id,
      topic: name,
      publishedAt,
      failures: 0,
      dead: null,
    };
    await this.#journal.put(id, delivery);
    this.#start(delivery);
    return id;
  }

  deadLetters(): DeadLetter[] {
    return [...this.#dead.values()].map((delivery) => ({
      id: delivery.id,
      service: "events",
      source: delivery.topic,
      functionId: this.#topics.get(delivery.topic)?.functionId ?? `events/${delivery.topic}`,
      payload: delivery.message,
      error: delivery.dead ?? "",
    }));
  }

  /** Waits for running deliveries; what still waits for its next try stays in the journal. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const timer of this.#timers) timer.cancel();
    await Promise.all(this.#running);
    await this.#journal.close();
  }

  #start(delivery: Delivery): void {
    if (this.#closed) return;
    if (this.#held !== null) {
      this.#held.push(delivery);
      return;
    }
    const run = this.#deliver(delivery).finally(() => this.#running.delete(run));
    this.#running.add(run);
    this.#context.traffic.report(run, "events");
  }

  async #deliver(delivery: Delivery): Promise<void> {
    const topic = this.#topics.get(delivery.topic);
    if (topic === undefined) return;
    const payload = JSON.stringify(snsEvent(delivery, this.#arnOf(delivery.topic)));
    const result = await this.#context.invoker.invoke(topic.functionId, payload);
    if (result.ok) {
      await this.#journal.remove(delivery.id);
      return;
    }
    const error = `${result.errorType}: ${result.errorMessage}`;
    const delayMs = retryDelaysMs[delivery.failures];
    const failed: Delivery = {
      ...delivery,
      failures: delivery.failures + 1,
      dead: delayMs === undefined ? error : null,
    };
    if (delayMs === undefined) this.#dead.set(failed.id, failed);
    else this.#planRetry(failed, delayMs);
    await this.#journal.put(delivery.id, failed);
    const next =
      delayMs === undefined
        ? `event ${delivery.id} given up after ${failed.failures} tries`
        : `event ${delivery.id} failed, next try in ${delayMs / 1000} s`;
    tellTraffic(this.#context, topic.functionId, `${next}: ${error}`);
  }

  #planRetry(failed: Delivery, delayMs: number): void {
    const timer = this.#context.clock.after(delayMs, () => {
      this.#timers.delete(timer);
      this.#start(failed);
    });
    this.#timers.add(timer);
    if (this.#closed) timer.cancel();
  }

  #arnOf(name: string): string {
    return arn("sns", physicalName(this.#app, name));
  }
}
