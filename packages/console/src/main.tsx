import "./ui/base.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { createQueries } from "./data/queries.ts";
import { Gate } from "./shell/gate.tsx";
import { router } from "./shell/router.ts";
import { applyTheme } from "./shell/theme.ts";
import { ShortcutProvider } from "./ui/shortcuts.tsx";
import { ToastProvider } from "./ui/toast.tsx";

applyTheme();
// The files of the screen come while the server says who is there.
const { pathname: to, search } = router.latestLocation;
void router.preloadRoute({ to, search } as Parameters<typeof router.preloadRoute>[0]);

const root = document.getElementById("app");
if (root === null) throw new Error("the page has no #app");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={createQueries()}>
      <ShortcutProvider>
        <ToastProvider>
          <Gate>
            <RouterProvider router={router} />
          </Gate>
        </ToastProvider>
      </ShortcutProvider>
    </QueryClientProvider>
  </StrictMode>,
);
