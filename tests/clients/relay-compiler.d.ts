/** The compiler has no types: its main module exports the path of its binary. */
declare module 'relay-compiler' {
  const binary: string;
  export default binary;
}
