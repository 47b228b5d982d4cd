import { randomUUID } from "node:crypto";
import type { EventTopic } from "@arclet/manifest";
import { arn, physicalName } from "../../aws-names.ts";
import { snsEvent, type EventMessage } from "../../lambda-events/events.ts";
import { AsyncInvocations, type AsyncCall, type AsyncTarget } from "../async-invocations.ts";
import { journalFor, type Journal } from "../journal.ts";
import type { DeadLetter, ServiceContext } from "../service-context.ts";

/** A published event on its way to the function of its topic. */
interface Delivery extends EventMessage, AsyncCall {
  readonly topic: string;
  /** Epoch milliseconds. */
  readonly publishedAt: number;
}

/** SNS topics, each with its function as the one subscriber. */
export class Events {
  readonly #context: ServiceContext;
  readonly #deliveries: AsyncInvocations<Delivery>;
  #app: string;
  #topics: ReadonlyMap<string, EventTopic>;

  private constructor(
    context: ServiceContext,
    journal: Journal<Delivery>,
    app: string,
    topics: readonly EventTopic[],
  ) {
    this.#context = context;
    this.#app = app;
    this.#topics = new Map(topics.map((topic) => [topic.name, topic]));
    this.#deliveries = new AsyncInvocations({
      context,
      service: "events",
      journal,
      targetOf: (delivery) => this.#targetOf(delivery),
    });
  }

  static async open(
    context: ServiceContext,
    app: string,
    topics: readonly EventTopic[],
  ): Promise<Events> {
    const journal = await journalFor<Delivery>(context, "events");
    return new Events(context, journal, app, topics);
  }

  /** Begins to invoke functions. */
  start(): void {
    this.#deliveries.start();
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
    await this.#deliveries.add({
      ...message,
      id,
      topic: name,
      publishedAt,
      failures: 0,
      dead: null,
    });
    return id;
  }

  deadLetters(): DeadLetter[] {
    return this.#deliveries.dead().map((delivery) => ({
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
    await this.#deliveries.close();
  }

  #targetOf(delivery: Delivery): AsyncTarget | null {
    const topic = this.#topics.get(delivery.topic);
    if (topic === undefined) return null;
    return {
      functionId: topic.functionId,
      payload: JSON.stringify(snsEvent(delivery, this.#arnOf(delivery.topic))),
      label: `event ${delivery.id}`,
    };
  }

  #arnOf(name: string): string {
    return arn("sns", physicalName(this.#app, name));
  }
}
