// HTML as text in which nothing that came from elsewhere is markup.

class Markup {
  constructor(text) {
    this.text = text;
  }

  toString() {
    return this.text;
  }
}

const entities = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Values are escaped, lists joined, and what is HTML already stays so. Nothing stands for nothing. */
export function html(strings, ...values) {
  const parts = strings.map((text, index) => (index === 0 ? '' : show(values[index - 1])) + text);
  return new Markup(parts.join(''));
}

function show(value) {
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) return value.map(show).join('');
  if (value === undefined || value === null || value === false) return '';
  return String(value).replace(/[&<>"']/g, (character) => entities[character]);
}
