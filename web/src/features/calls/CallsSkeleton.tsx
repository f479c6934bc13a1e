import { Skeleton, Stack } from "@mantine/core";

const ROWS = 12;

export function CallsSkeleton() {
  return (
    <Stack gap={12} p="sm" aria-busy>
      {Array.from({ length: ROWS }, (_, index) => (
        <Skeleton key={index} height={21} />
      ))}
    </Stack>
  );
}
