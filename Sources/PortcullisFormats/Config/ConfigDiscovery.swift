/// The config that holds for a folder: `portcullis.yaml` in it, or in a parent up to the root of its repository (the folder with `.git`).
///
/// Outside a repository only the folder itself is searched: a file that someone left in `/tmp` must not decide.
///
/// - Parameter start: The folder to begin in, as the user would type it; `""` is the working folder.
/// - Returns: The path as the user would type it; nil where there is none.
package func findConfig(from start: String = "") -> String? {
  var folders = [start]
  while let last = folders.last, !exists(joined(last, ".git")) {
    guard let here = resolvedPath(last.isEmpty ? "." : last), here != "/" else {
      folders = [start]
      break
    }
    folders.append(joined(last, ".."))
  }
  return folders.lazy.map { joined($0, "portcullis.yaml") }.first(where: exists)
}
