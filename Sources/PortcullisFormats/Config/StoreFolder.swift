import PortcullisCore

/// The folder of recorded runs that a config names, without checking anything else in it: a report needs no key and no evalset.
package func storeFolder(config path: String) throws -> String {
  let folder = folder(of: path)
  let bytes = try ProjectFiles(root: folder.isEmpty ? "." : folder).file(given: path, limit: 1 << 20).readAll()
  let named = try readYAML(bytes, file: path)?.mapping?.first { $0.key == "store" }?.value.scalar?.text
  return joined(folder, named ?? ".portcullis")
}
