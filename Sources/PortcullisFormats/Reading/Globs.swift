import Glibc
import PortcullisCore

/// The files below a folder that match a pattern such as `cases/*.yaml`, sorted by bytes; `*` stands for any run of characters of one name.
///
/// Hidden files match only where the pattern names the dot. A pattern without `*` names itself, whether or not it exists.
func filesMatching(_ pattern: String, in base: String) -> [String] {
  guard pattern.contains("*") else { return [pattern] }
  var found = [""]
  let segments = pattern.split(separator: "/").map(String.init)
  for (index, segment) in segments.enumerated() {
    var next = [String]()
    for prefix in found {
      guard segment.contains("*") else {
        next.append(joined(prefix, segment))
        continue
      }
      for name in names(in: joined(base, prefix)) where matchesGlob(name, segment) && (segment.hasPrefix(".") || !name.hasPrefix(".")) {
        let path = joined(prefix, name)
        if index == segments.count - 1 || isFolder(joined(base, path)) { next.append(path) }
      }
    }
    found = next
  }
  return found
}

/// The names in a folder, sorted by bytes; empty where it cannot be read.
func names(in folder: String) -> [String] {
  guard let handle = opendir(folder.isEmpty ? "." : folder) else { return [] }
  defer { closedir(handle) }
  var names = [String]()
  while let entry = readdir(handle) {
    let name = withUnsafeBytes(of: &entry.pointee.d_name) { String(validating: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if let name, name != ".", name != ".." { names.append(name) }
  }
  return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
}

func isFolder(_ path: String) -> Bool {
  var status = stat()
  return stat(path.isEmpty ? "." : path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
}

/// Whether anything is there; also what may not be read.
func exists(_ path: String) -> Bool {
  var status = stat()
  return lstat(path, &status) == 0
}
