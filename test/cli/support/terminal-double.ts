/** A terminal that understands what the frame writer says: cursor, erasing and colours. */
export class TerminalDouble {
  readonly columns: number;
  readonly rows: number;
  #cells: string[][];
  #row = 0;
  #column = 0;
  #look = '';

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#cells = Array.from({ length: rows }, () => this.#emptyRow());
  }

  /** Understands a piece of output; throws where it scrolls or leaves the screen. */
  readonly write = (output: string): void => {
    for (const [token] of output.matchAll(/\u001b\[\??[\d;]*[A-Za-z]|./gsu)) {
      if (token.startsWith('\u001b')) this.#control(token);
      else this.#put(token);
    }
  };

  /** The characters of each row. */
  text(): string[] {
    return this.#cells.map((row) =>
      row
        .map((cell) => cell.split('|')[1] ?? '')
        .join('')
        .trimEnd(),
    );
  }

  /** Characters and looks of each row. */
  looks(): string[] {
    return this.#cells.map((row) => row.join(','));
  }

  #control(token: string): void {
    const command = token.at(-1);
    const parameters = token.slice(2, -1);
    if (command === 'H') [this.#row, this.#column] = readPosition(parameters);
    else if (command === 'K') this.#cells[this.#row]?.fill('| ', this.#column);
    else if (command === 'J') this.#cells = this.#cells.map(() => this.#emptyRow());
    else if (command === 'm') this.#look = parameters === '0' ? '' : parameters.replace(/^0;/, '');
    else if (command !== 'h' && command !== 'l') throw new Error(`unknown sequence ${JSON.stringify(token)}`);
  }

  #put(character: string): void {
    const row = this.#cells[this.#row];
    if (row === undefined || this.#column >= this.columns) throw new Error(`off the screen: ${character}`);
    row[this.#column] = `${this.#look}|${character}`;
    this.#column += 1;
  }

  #emptyRow(): string[] {
    return Array.from({ length: this.columns }, () => '| ');
  }
}

function readPosition(parameters: string): [row: number, column: number] {
  const [row = 1, column = 1] = parameters.split(';').map(Number);
  return [row - 1, column - 1];
}
