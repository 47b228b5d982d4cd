import { randomUUID } from "node:crypto";
import {
  arnOf,
  eventSources,
  localName,
  localPlace,
  type Manifest,
  type Place,
  type TopicSource,
} from "@arclet/manifest";
import { snsEvent, type EventMessage } from "../../lambda-events/events.ts";
import { AsyncInvocations, type AsyncCall, type AsyncTarget } from "../async-invocations.ts";
import { journalFor, type Journal } from "../journal.ts";
import type { DeadLetter, ServiceContext } from "../service-context.ts";

/** A published event being delivered to its topic's function. */
interface Delivery extends EventMessage, AsyncCall {
  readonly topic: string;
}

/** SNS topics, each with its function as the one subscriber. */
export class Events {
  readonly #context: ServiceContext;
  readonly #deliveries: AsyncInvocations<Delivery>;
  #app: string;
  #place: Place;
  #topics: ReadonlyMap<string, TopicSource>;

  private constructor(context: ServiceContext, journal: Journal<Delivery>, manifest: Manifest) {
    this.#context = context;
    this.#app = manifest.app;
    this.#place = localPlace(manifest);
    this.#topics = topicsOf(manifest);
    this.#deliveries = new AsyncInvocations({
      context,
      service: "events",
      journal,
      targetOf: (delivery) => this.#targetOf(delivery),
    });
  }

  static async open(context: ServiceContext, manifest: Manifest): Promise<Events> {
    const journal = await journalFor<Delivery>(context, "events");
    return new Events(context, journal, manifest);
  }

  /** Starts to invoke functions. */
  start(): void {
    this.#deliveries.start();
  }

  update(manifest: Manifest): void {
    this.#app = manifest.app;
    this.#place = localPlace(manifest);
    this.#topics = topicsOf(manifest);
  }

  /** Logical name to ARN. */
  arns(): Record<string, string> {
    return Object.fromEntries([...this.#topics.keys()].map((name) => [name, this.#arnOf(name)]));
  }

  /** The logical name behind an ARN or a name; null when there is no such topic. */
  find(arnOrName: string): string | null {
    const last = arnOrName.slice(arnOrName.lastIndexOf(":") + 1);
    for (const name of this.#topics.keys()) {
      if (name === last || localName(this.#app, name) === last) return name;
    }
    return null;
  }

  /** Resolves with the message id once the event is stored; null for an unknown topic. */
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
    const { traffic } = this.#context;
    if (traffic.isObserved)
      traffic.emit({ type: "published", service: "events", name, message: message.message });
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

  /** Waits for running deliveries. Events waiting for a retry stay in the journal. */
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
      invocation: topic.invocation,
    };
  }

  #arnOf(name: string): string {
    return arnOf(this.#place, "sns", localName(this.#app, name));
  }
}

function topicsOf(manifest: Manifest): ReadonlyMap<string, TopicSource> {
  return new Map(eventSources(manifest).events.map((topic) => [topic.name, topic]));
}
