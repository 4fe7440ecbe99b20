import type { ResourceUsage } from './agent';

let lastCpu = process.cpuUsage();
let lastCpuAt = Date.now();

/** Usage of this process: its CPU time since the last call, and its memory now. */
export function processUsage(): ResourceUsage {
  const now = Date.now();
  const cpu = process.cpuUsage(lastCpu);
  const elapsedMs = Math.max(1, now - lastCpuAt);
  lastCpu = process.cpuUsage();
  lastCpuAt = now;
  return {
    cpu_percent: ((cpu.user + cpu.system) / 1000 / elapsedMs) * 100,
    memory_mb: process.memoryUsage.rss() / 1_048_576,
  };
}
