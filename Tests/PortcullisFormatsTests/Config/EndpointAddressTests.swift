import PortcullisCore
import Testing

@testable import PortcullisFormats

// Spellings of 169.254.169.254 and other metadata addresses; values worked out by hand (169·2²⁴ + 254·2¹⁶ + 169·2⁸ + 254 = 2852039166).
@Test(arguments: [
  "http://169.254.169.254/v1", "http://169.254.169.254:80", "http://2852039166/",
  "http://0xA9FEA9FE/", "http://0xa9.0xfe.0xa9.0xfe/",
  "http://0251.0376.0251.0376/", "http://169.254.43518/", "http://169.16689662/", "http://0xa9.254.0251.254/", "http://169.254.169.254./",
  "http://[::ffff:169.254.169.254]/", "http://[::ffff:a9fe:a9fe]/", "http://[0:0:0:0:0:ffff:a9fe:a9fe]/", "http://[::169.254.169.254]/",
  "http://[64:ff9b::a9fe:a9fe]/", "http://[2002:a9fe:a9fe::1]/", "http://[fe80::1]/", "http://[fd00:ec2::254]/", "http://100.100.100.200/",
  "http://168.63.129.16/", "http://metadata.google.internal/v1", "http://METADATA.google.internal./v1", "https://169.254.1.2/v1",
])
func noSpellingReachesAMetadataAddress(url: String) {
  let objection = #expect(throws: Objection.self) { try EndpointAddress(url) }
  #expect(objection?.message == "'\(url)' is a link-local or metadata address; these are never called")
}

@Test(arguments: [
  ("file:///etc/passwd", "'file://' is not allowed; a URL must begin with 'http://' or 'https://'"),
  ("gopher://h/1", "'gopher://' is not allowed; a URL must begin with 'http://' or 'https://'"),
  ("api.example.com/v1", "'api.example.com/v1' is no URL"),
  ("http:///v1", "'http:///v1' is no URL: it names no host"),
  ("http://u:secret@h/v1", "a URL may not hold a user name or password"),
  ("u:secret@h/v1", "this is no URL"),
  ("https://h/v1?key=secret", "a 'base_url' ends with its path, without '?' or '#'"),
  ("https://h/v1#x", "a 'base_url' ends with its path, without '?' or '#'"),
  ("http://h:70000/v1", "port '70000' is not within 1 and 65535"),
  ("http://h:0/v1", "port '0' is not within 1 and 65535"),
  ("http://h:/v1", "port '' is not within 1 and 65535"),
  ("http://h:+80/v1", "port '+80' is not within 1 and 65535"),
  ("http://h/v1\r\nX: y", "a URL may not hold blanks, line breaks or characters beyond ASCII"),
  ("http://169.254.169.25\u{FF14}/", "a URL may not hold blanks, line breaks or characters beyond ASCII"),
  ("http://%31%36%39.254.169.254/", "'%31%36%39.254.169.254' is no host name"),
  ("http://[fe80::1%25eth0]/", "'[fe80::1%25eth0]' is no IPv6 address"),
  ("http://[::1", "'http://[::1' is no URL: ']' is missing"),
  ("http://256.1.1.1/", "'256.1.1.1' is no IPv4 address"),
  ("http://1.2.3.4.5/", "'1.2.3.4.5' is no IPv4 address"),
  ("http://a\\@b/", "'http://a\\@b/' is no URL: '\\' is not allowed"),
])
func addressesThatAreNoneAreRefused(row: (url: String, message: String)) {
  let objection = #expect(throws: Objection.self) { try EndpointAddress(row.url) }
  #expect(objection?.message == row.message)
}

@Test(arguments: [
  ("https://api.openai.com/v1", "api.openai.com", true, false), ("http://127.0.0.1:8000/v1/", "127.0.0.1", false, true),
  ("HTTP://LocalHost:8000", "localhost", false, true), ("http://[::1]:8000/v1", "::1", false, true),
  ("http://10.0.0.7:8000/v1", "10.0.0.7", false, false),
  ("https://models_a.internal-7.example/x", "models_a.internal-7.example", true, false),
  ("http://[::ffff:10.0.0.7]/", "::ffff:10.0.0.7", false, false),
])
func addressesThatMayBeCalledAreTaken(row: (url: String, host: String, isSecure: Bool, isLoopback: Bool)) throws {
  let address = try EndpointAddress(row.url)
  #expect(address.host == row.host)
  #expect(address.isSecure == row.isSecure)
  #expect(address.isLoopback == row.isLoopback)
  #expect(!address.text.hasSuffix("/"))
}

@Test func theSecretInAnAddressIsNeverQuoted() {
  for url in ["http://u:s3cret@h/v1", "u:s3cret@h", "h/v1?key=s3cret", "https://h/v1?key=s3cret", "ftp://u:s3cret@h"] {
    let objection = #expect(throws: Objection.self) { try EndpointAddress(url) }
    #expect(objection?.message.contains("s3cret") == false)
    #expect(objection?.help?.contains("s3cret") != true)
  }
}
