/** What a page of samples weighs. */

/** Bytes of all spans at a sampling rate, every sample sent once and a quarter of margin. */
export function fetchable(spans, rateHz) {
  const samples = spans.map(({ fromMs, toMs, channels }) => ((toMs - fromMs) / 1000) * rateHz * 1.5 * channels.length);
  return samples.reduce((sum, each) => sum + 2 * each, 0);
}
