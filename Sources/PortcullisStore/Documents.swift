import Foundation
import GRDB
package import PortcullisCore
import Synchronization

extension Store {
  /// Keeps a text once, however often it is named: prompts, rubrics, targets, manifests.
  package func keep(_ text: String) throws(StoreError) -> Digest {
    let digest = Digest(of: text)
    _ = try writing { db in try documentID(text, digest, in: db) }
    return digest
  }

  /// nil where no text of this digest was kept.
  package func text(_ digest: Digest) throws(StoreError) -> String? {
    try reading { db in try document(digest, in: db) }
  }

  func documentID(_ text: String, _ digest: Digest, in db: Database) throws -> Int64 {
    let key = Data(digest.bytes)
    if let id = try Int64.fetchOne(try db.cachedStatement(sql: "SELECT id FROM document WHERE digest = ?"), arguments: [key]) { return id }
    try db.cachedStatement(sql: "INSERT INTO document (digest, body) VALUES (?, ?)").execute(arguments: [key, text])
    return db.lastInsertedRowID
  }

  func document(_ digest: Digest, in db: Database) throws -> String? {
    let statement = try db.cachedStatement(sql: "SELECT body FROM document WHERE digest = ?")
    return try String.fetchOne(statement, arguments: [Data(digest.bytes)])
  }

  /// The prompt template of a stored case; one value for all cases that share it.
  func prompt(_ digest: Digest, in db: Database) throws -> PromptText? {
    if let known = prompts.texts.withLock({ $0[digest] }) { return known }
    guard let text = try document(digest, in: db) else { return nil }
    let prompt = PromptText(text)
    guard prompt.digest == digest else { throw StoreError.corrupt(path: path, detail: "the text of \(digest) has another digest") }
    prompts.remember(prompt)
    return prompt
  }
}

/// Prompt templates that were read or written; few, and bounded.
final class PromptCache: Sendable {
  let texts = Mutex<[Digest: PromptText]>([:])

  func remember(_ prompt: PromptText) {
    texts.withLock { texts in
      if texts.count >= 64 { texts.removeAll() }
      texts[prompt.digest] = prompt
    }
  }
}
