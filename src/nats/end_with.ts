/**
 * What a program had to begin for the service ends with it.
 */
import type { CalloutService } from "./callout_service.ts";

/** Ends something with the service: when it is stopped, ends by itself, or does not start. */
export async function endWith(
  starting: Promise<CalloutService>,
  end: () => void | Promise<void>,
): Promise<CalloutService> {
  try {
    const service = await starting;
    return {
      ...service,
      ended: service.ended.finally(end),
      async stop(): Promise<void> {
        await service.stop();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}
