import { deliver } from '../notifications/deliver.ts';
import type { Task } from './task.ts';

/** Every task of the queue: a new one is a file and a line here. */
export const tasks: readonly Task[] = [deliver];
