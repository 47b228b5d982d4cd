# One Durable Object that echoes: what PartyKit and others are made of.
using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  services = [ (name = "main", worker = .echo) ],
  sockets = [ (name = "http", http = (), service = "main") ],
);

const echo :Workerd.Worker = (
  modules = [ (name = "worker.mjs", esModule = embed "worker.mjs") ],
  compatibilityDate = "2026-01-01",
  durableObjectNamespaces = [ (className = "Echo", uniqueKey = "echo") ],
  durableObjectStorage = (inMemory = void),
  bindings = [ (name = "ECHO", durableObjectNamespace = "Echo") ],
);
