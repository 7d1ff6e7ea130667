/** What an application with React has installed. */
export const REACT_PACKAGES = [
  "@tanstack/react-query@5.108.4",
  "react@19.3.1",
  "react-dom@19.3.1",
  "@types/react@19.3.1",
];

/** As a strict application compiles; the declarations of the packages are their authors' own. */
export const WITH_TYPES = [
  "--noEmit",
  "--strict",
  "--exactOptionalPropertyTypes",
  "--skipLibCheck",
  "--target",
  "es2022",
  "--module",
  "nodenext",
  "--lib",
  "es2022,dom,dom.iterable",
];
