import { inflateSync } from 'node:zlib';

export interface Picture {
  readonly width: number;
  readonly height: number;
  /** Red, green, blue. */
  pixel(x: number, y: number): readonly number[];
}

/** A screenshot: eight bits a channel, not interlaced. https://www.w3.org/TR/png-3/ */
export function readPng(file: Buffer): Picture {
  const chunks = chunksOf(file);
  const header = chunks.find(({ type }) => type === 'IHDR')?.data as Buffer;
  const [width, height] = [header.readUInt32BE(0), header.readUInt32BE(4)];
  const channels = { 2: 3, 6: 4 }[header[9] as number];
  if (header[8] !== 8 || channels === undefined || header[12] !== 0) {
    throw new Error('This is no kind of PNG that is read here.');
  }
  const data = chunks.filter(({ type }) => type === 'IDAT').map((chunk) => chunk.data);
  const rows = unfiltered(inflateSync(Buffer.concat(data)), width * channels, channels);
  const at = (x: number, y: number) => (y * width + x) * channels;
  return { width, height, pixel: (x, y) => [...rows.subarray(at(x, y), at(x, y) + 3)] };
}

function chunksOf(file: Buffer): { type: string; data: Buffer }[] {
  const chunks = [];
  for (let at = 8; at < file.length; at += 12 + file.readUInt32BE(at)) {
    const length = file.readUInt32BE(at);
    const type = file.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: file.subarray(at + 8, at + 8 + length) });
  }
  return chunks;
}

/** Each row begins with the number of its filter: how it differs from what is left and above. */
function unfiltered(data: Buffer, stride: number, channels: number): Buffer {
  const height = data.length / (stride + 1);
  const out = Buffer.alloc(height * stride);
  for (let y = 0; y < height; y++) {
    const filter = data[y * (stride + 1)] as number;
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : (out[y * stride + x - channels] as number);
      const above = y === 0 ? 0 : (out[(y - 1) * stride + x] as number);
      const corner = x < channels || y === 0 ? 0 : (out[(y - 1) * stride + x - channels] as number);
      const guess = [0, left, above, (left + above) >> 1, nearest(left, above, corner)][filter];
      out[y * stride + x] = (data[y * (stride + 1) + 1 + x] as number) + (guess as number);
    }
  }
  return out;
}

function nearest(left: number, above: number, corner: number): number {
  const guess = left + above - corner;
  const distances = [left, above, corner].map((value) => Math.abs(guess - value));
  const [toLeft = 0, toAbove = 0, toCorner = 0] = distances;
  if (toLeft <= toAbove && toLeft <= toCorner) return left;
  return toAbove <= toCorner ? above : corner;
}
