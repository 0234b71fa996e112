/** Whether a type is one of the patterns, each a type or with a `*` on either side of the dot. */
export function isAllowedType(type: string, patterns: readonly string[]): boolean {
  const [family = '', size = ''] = type.split('.');
  return patterns.some((pattern) => {
    const [familyPattern = '', sizePattern = ''] = pattern.split('.');
    return isMatch(family, familyPattern) && isMatch(size, sizePattern);
  });
}

function isMatch(text: string, pattern: string): boolean {
  const star = pattern.indexOf('*');
  if (star < 0) return text === pattern;
  const before = pattern.slice(0, star);
  const after = pattern.slice(star + 1);
  return (
    text.length >= before.length + after.length && text.startsWith(before) && text.endsWith(after)
  );
}
