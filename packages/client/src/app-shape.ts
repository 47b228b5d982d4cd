/** What an app understands and says; `arclet types` writes the app's own. */
export interface AppShape {
  /** Input and output of each action. */
  readonly actions: Readonly<Record<string, { readonly input: unknown; readonly output: unknown }>>;
  /** The messages the app sends, by their `type`. */
  readonly messages: Readonly<Record<string, unknown>>;
}

/** Without types every name and every shape is allowed. */
// oxlint-disable-next-line typescript/no-explicit-any
export interface AnyApp {
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly actions: Readonly<Record<string, { readonly input: any; readonly output: any }>>;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly messages: Readonly<Record<string, any>>;
}

type Input<App extends AppShape, Name extends keyof App["actions"]> = App["actions"][Name]["input"];
type Output<
  App extends AppShape,
  Name extends keyof App["actions"],
> = App["actions"][Name]["output"];

/** Input may be left out where the action takes none. */
export type ActionArguments<Given> = [keyof Given] extends [never]
  ? [input?: Given]
  : unknown extends Given
    ? [input?: Given]
    : [input: Given];

/** `connecting` the first time and again, `waiting` before the next attempt, `closed` for good. */
export type Status = "connecting" | "open" | "waiting" | "closed";

/** An error frame of API Gateway itself: the function crashed, ran out of time, or was throttled. */
export interface GatewayFrame {
  readonly message: string;
  readonly connectionId: string;
  /** API Gateway's own, not the client's. */
  readonly requestId: string;
}

/** A message that was never sent: the queue was full. */
export interface Dropped {
  readonly action: string;
  readonly input: unknown;
}

/** What the client itself reports, beside the app's messages. */
export interface ClientEvents {
  readonly status: Status;
  /** A socket is open again after a cut: what was sent meanwhile has to be fetched. */
  readonly resumed: undefined;
  readonly gateway: GatewayFrame;
  readonly dropped: Dropped;
  /** A text that is neither an answer nor a message of the app, or the bytes of a binary message. */
  readonly other: string | Blob | ArrayBuffer;
}

type Messages<App extends AppShape> = Omit<App["messages"], keyof ClientEvents> & ClientEvents;

export interface ClientBase<App extends AppShape> {
  readonly status: Status;
  /** Calls `listener` for every message of a type, and for what the client itself reports. Gives a function that ends it. */
  on<Type extends keyof Messages<App> & string>(
    type: Type,
    listener: (message: Messages<App>[Type]) => void,
  ): () => void;
  /** Sends without waiting for an answer: resolves when the message is handed to an open socket. */
  send<Name extends keyof App["actions"] & string>(
    action: Name,
    ...input: ActionArguments<Input<App, Name>>
  ): Promise<void>;
  /** As `app.action(input)`, for actions whose names the client uses itself. */
  call<Name extends keyof App["actions"] & string>(
    action: Name,
    ...input: ActionArguments<Input<App, Name>>
  ): Promise<Output<App, Name>>;
  /** Closes for good. What was not answered rejects. */
  close(): void;
}

/** `await app.say({ text: "hi" })` resolves the action's answer. */
export type Client<App extends AppShape> = ClientBase<App> & {
  readonly [Name in Exclude<keyof App["actions"] & string, keyof ClientBase<App>>]: (
    ...input: ActionArguments<Input<App, Name>>
  ) => Promise<Output<App, Name>>;
};
