/**
 * Fetches a document, as `fetch` does, but reads no more of it than a number of bytes: the response of a hostile server ends
 * only at the timeout, and is held in memory until then.
 *
 * @throws {Error} if it is longer, also if it is compressed to less
 */
export async function boundedFetch(url: string, options: RequestInit, maxBytes: number): Promise<Response> {
  const response = await fetch(url, options);
  if (response.status !== 200 || !response.body) {
    await response.body?.cancel();
    return new Response(undefined, { status: response.status });
  }
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += chunk.length;
    if (length > maxBytes) throw new Error(`the response is longer than ${maxBytes} bytes`); // leaving the loop cancels it
    chunks.push(chunk);
  }
  return new Response(Buffer.concat(chunks, length));
}
