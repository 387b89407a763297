/**
 * A bounded map from shapes to what was made for them, which forgets what was not used for long. A tree of tokens
 * instead of a map of texts: a look-up on the path of every request builds and hashes no string.
 */
import type { Shape, Token } from "./shape-key.ts";

/** A place in the tree. Most have one child, which is then beside them. */
interface Node<V> {
  readonly token: Token | null;
  value: V | undefined;
  child: Node<V> | null;
  /** The children after the first. */
  others: Map<Token, Node<V>> | null;
}

/** Values by shape, in two generations: a look-up of a recent one moves nothing. */
export class ShapeCache<V> {
  #young: Node<V> = createNode<V>(null);
  #old: Node<V> = createNode<V>(null);
  #youngSize = 0;
  #oldSize = 0;
  readonly #half: number;

  /** `capacity` is the number of values kept at most, at least 2. */
  constructor(capacity: number) {
    this.#half = Math.max(1, Math.floor(capacity / 2));
  }

  /** Values held. */
  get size(): number {
    return this.#youngSize + this.#oldSize;
  }

  /** The value of a shape, which counts as used now. */
  get(shape: Shape): V | undefined {
    return find(this.#young, shape)?.value ?? this.#revive(shape);
  }

  /** Puts a value under a shape. When the young generation is full, the old one is forgotten. */
  set(shape: Shape, value: V): void {
    if (this.#youngSize >= this.#half && find(this.#young, shape)?.value === undefined) {
      this.#old = this.#young;
      this.#oldSize = this.#youngSize;
      this.#young = createNode<V>(null);
      this.#youngSize = 0;
    }
    const node = grow(this.#young, shape);
    if (node.value === undefined) this.#youngSize += 1;
    node.value = value;
  }

  #revive(shape: Shape): V | undefined {
    const node = find(this.#old, shape);
    const value = node?.value;
    if (node === undefined || value === undefined) return undefined;
    node.value = undefined;
    this.#oldSize -= 1;
    this.set(shape, value);
    return value;
  }
}

function find<V>(root: Node<V>, shape: Shape): Node<V> | undefined {
  let node = root;
  for (const token of shape) {
    const next = findChild(node, token);
    if (next === undefined) return undefined;
    node = next;
  }
  return node;
}

/** The node of a shape, made where it is missing. */
function grow<V>(root: Node<V>, shape: Shape): Node<V> {
  let node = root;
  for (const token of shape) node = findChild(node, token) ?? addChild(node, token);
  return node;
}

function findChild<V>({ child, others }: Node<V>, token: Token): Node<V> | undefined {
  return child !== null && child.token === token ? child : others?.get(token);
}

function addChild<V>(parent: Node<V>, token: Token): Node<V> {
  const node = createNode<V>(token);
  if (parent.child === null) {
    parent.child = node;
    return node;
  }
  parent.others ??= new Map();
  parent.others.set(token, node);
  return node;
}

function createNode<V>(token: Token | null): Node<V> {
  return { token, value: undefined, child: null, others: null };
}
