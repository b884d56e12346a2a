/** The embed's whole style sheet as one text; the build answers this name. */
declare module 'parley:styles' {
  const text: string;
  export default text;
}
