// Arclet hands these to an importing module as text.
declare module "*.html" {
  const text: string;
  export default text;
}
