import type { Host } from '../host.ts';
import type { Child } from './child.ts';
import type { Keyboard } from './keyboard.ts';
import type { ShopMember } from './shop-children.ts';
import type { ShopService } from './shop.ts';
import type { Story } from './story.ts';

export interface DemoOptions {
  /** 0 for any that is free. */
  readonly port: number;
  /** Without one the shop is left alone. */
  readonly story: Story | undefined;
  /** Kept at the end; without one a folder is made and removed. */
  readonly dataFolder: string | undefined;
  readonly pagesPerSecond: number;
}

export interface DemoHouse {
  readonly host: Host;
  /** The built `main.js`. */
  readonly mainProgram: string;
  /** The folder with a built program for each service. */
  readonly shopPrograms: string;
  /** Absent where nobody sits at a terminal. */
  readonly keyboard: Keyboard | undefined;
}

/** Everybody who takes part, as far as they have been started. */
export interface Cast {
  readonly url: string;
  collector: Child | undefined;
  readonly members: Map<ShopService, ShopMember>;
}
