import type { Language } from "./templates.ts";

export interface AppAnswers {
  readonly folder: string;
  readonly language: Language;
}

/** Prompts for the folder and language of a new app. */
export async function askForApp(currentFolder: string): Promise<AppAnswers | "cancelled"> {
  const { intro, isCancel, outro, text } = await import("@clack/prompts");
  intro("A new Arclet app");
  const folder = await text({
    message: "In which folder?",
    placeholder: `. for ${currentFolder}`,
    defaultValue: ".",
  });
  if (isCancel(folder)) return "cancelled";
  const language = await askForLanguage();
  if (language === "cancelled") return "cancelled";
  outro("Writing");
  return { folder, language };
}

/** Prompts for the language of a new app. */
export async function askForLanguage(): Promise<Language | "cancelled"> {
  const { isCancel, select } = await import("@clack/prompts");
  const language = await select<Language>({
    message: "In which language?",
    options: [
      { value: "javascript", label: "JavaScript" },
      { value: "typescript", label: "TypeScript" },
    ],
  });
  return isCancel(language) ? "cancelled" : language;
}
