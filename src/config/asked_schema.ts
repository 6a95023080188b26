/**
 * The settings that all kinds of tokens have in common about which somebody is
 * asked: how, and how long an answer is remembered.
 */
import { z } from "zod";

const OFF = false;

export const CACHE_SCHEMA = z.strictObject({
  seconds: z.int().min(0).max(86_400).default(60).describe(
    "How long a good answer is remembered, never beyond the token's expiry: as long as it takes until a revoked token is refused.",
  ),
  refusal_seconds: z.int().min(0).max(600).default(10).describe(
    "How long a refusal is remembered. That nobody answered never is.",
  ),
  entries_max: z.int().min(1).max(1_000_000).default(10_000).describe(
    "Good answers that are remembered; and as many refusals, in a place of their own.",
  ),
  bytes_max: z.int().min(65_536).max(1_073_741_824).default(16_777_216)
    .describe(
      "What the good answers may take, in bytes.",
    ),
}).prefault({}).describe("How long answers are remembered.");

export const ASKED_REMOTE_SCHEMA = z.strictObject({
  timeout_ms: z.int().min(100).max(5000).default(1000).describe(
    "For one question, all in all; where a second try may help, there is one. Keep it well below callout.budget_ms.",
  ),
  ca_file: z.string().optional().describe(
    "File with certificates (PEM) that the endpoint's certificate may be checked against, beside the system's.",
  ),
  allow_loopback_http: z.boolean().default(OFF).describe(
    "Let the endpoint be at http://127.0.0.1, http://[::1] or http://localhost.",
  ),
  allow_private_addresses: z.boolean().default(OFF).describe(
    "Let the endpoint be in a private network (10.0.0.0/8 and the like).",
  ),
}).prefault({}).describe("How questions are asked.");
