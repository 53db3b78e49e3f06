const FENCED = /^```.*?^```$/gms;
const CODE_SPAN = /`([^`\n]+)`/g;
const LINK = /\[[^\]]*\]\(([^)\s]+)\)/g;
const HEADING = /^#{1,6} +(.+?) *$/gm;

/** Returns the targets of a page's links, which code blocks and code spans have none of. */
export function linksOf(page: string): string[] {
  const prose = page.replaceAll(FENCED, '').replaceAll(CODE_SPAN, '');
  return [...prose.matchAll(LINK)].map(([, target = '']) => target);
}

/** Returns the text of a page's code spans. */
export function codeSpansOf(page: string): string[] {
  return [...page.replaceAll(FENCED, '').matchAll(CODE_SPAN)].map(([, text = '']) => text);
}

/** Returns the anchors of a page's headings, as GitHub makes them: a second heading of the same text ends in -1. */
export function anchorsOf(page: string): string[] {
  const seen = new Map<string, number>();
  return [...page.replaceAll(FENCED, '').matchAll(HEADING)].map(([, heading = '']) => {
    const anchor = heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    return count === 0 ? anchor : `${anchor}-${count}`;
  });
}
