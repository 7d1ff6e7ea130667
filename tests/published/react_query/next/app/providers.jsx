"use client";
import { useState } from "react";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";

export function Providers({ children }) {
  const [cache] = useState(() => new QueryClient());
  return <QueryClientProvider client={cache}>{children}</QueryClientProvider>;
}
