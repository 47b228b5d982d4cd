// Arclet hands these to an importing module as text.
declare module "*.html" {
  const text: string;
  export default text;
}

// Served to pages by Arclet.
declare module "*/_arclet/client.js" {
  export * from "@arclet/client";
}
