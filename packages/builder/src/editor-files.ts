/** Vim's swap, backup and probe files, Emacs's locks and autosaves, JetBrains' and Sublime's drafts. */
const editorFile = /~$|^4913$|^\.#|^#.*#$|\.sw[a-z]$|___jb_(?:tmp|old)___$|\.subl\w*\.tmp$/;

/** Whether a file of this name (without its folder) exists only while an editor works on another. */
export function isEditorFile(name: string): boolean {
  return editorFile.test(name);
}
