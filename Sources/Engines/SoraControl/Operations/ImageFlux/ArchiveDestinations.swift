import JSON

/// Makes a bucket known as a place for archives.
public struct CreateArchiveDestination: ControlRequest, Hashable {
  public typealias Reply = ArchiveDestinationReply
  public static let operation = ControlOperation(
    .imageFlux, "20190205", "CreateArchiveDestination",
    "Makes a bucket of a cloud storage known, for HLS renditions to be archived in.",
    remark: """
      S3 wants the keys that begin with `aws_`, Google Cloud Storage `gcp_credential_json`, Azure \
      the URL of a container and the keys that begin with `azure_`.
      """,
    keys: [
      ControlKey(
        "bucket_uri", .url(schemes: ["s3", "gs", "https"], mayBeEmpty: false),
        "the bucket, with a path if wanted"),
      ControlKey("aws_region", .text(bytes: 1...255), "region of S3").optional,
      ControlKey(
        "aws_end_point", .text(bytes: 1...1024), "end point of a storage that is like S3"
      ).optional,
      ControlKey("aws_access_key_id", .text(bytes: 1...1024), "ID of the access key").optional,
      ControlKey(
        "aws_secret_access_key", .text(bytes: 1...1024), "the access key", isSecret: true
      ).optional,
      ControlKey(
        "gcp_credential_json", .lines(bytes: 2...65_536), "the service account's JSON, as text",
        isSecret: true
      ).optional,
      ControlKey("azure_account", .text(bytes: 1...1024), "the storage account").optional,
      ControlKey(
        "azure_key", .text(bytes: 1...4096), "the account's access key", isSecret: true
      ).optional,
    ],
    schemeKeys: [
      .init(
        "bucket_uri", "s3", wants: ["aws_access_key_id", "aws_secret_access_key"],
        oneOf: ["aws_region", "aws_end_point"]),
      .init("bucket_uri", "gs", wants: ["gcp_credential_json"]),
      .init("bucket_uri", "https", wants: ["azure_account", "azure_key"]),
    ],
    reply: "`archive_destination_id`", documents: .imageFluxReference)

  public var bucketURI: String
  public var awsRegion: String?
  public var awsEndPoint: String?
  public var awsAccessKeyID: String?
  public var awsSecretAccessKey: String?
  public var gcpCredentialJSON: String?
  public var azureAccount: String?
  public var azureKey: String?

  public init(
    bucketURI: String, awsRegion: String? = nil, awsEndPoint: String? = nil,
    awsAccessKeyID: String? = nil, awsSecretAccessKey: String? = nil,
    gcpCredentialJSON: String? = nil, azureAccount: String? = nil, azureKey: String? = nil
  ) {
    self.bucketURI = bucketURI
    self.awsRegion = awsRegion
    self.awsEndPoint = awsEndPoint
    self.awsAccessKeyID = awsAccessKeyID
    self.awsSecretAccessKey = awsSecretAccessKey
    self.gcpCredentialJSON = gcpCredentialJSON
    self.azureAccount = azureAccount
    self.azureKey = azureKey
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    let given = try CheckedParameters(parameters, of: Self.operation)
    self.init(
      bucketURI: given.text("bucket_uri"), awsRegion: given.optionalText("aws_region"),
      awsEndPoint: given.optionalText("aws_end_point"),
      awsAccessKeyID: given.optionalText("aws_access_key_id"),
      awsSecretAccessKey: given.optionalText("aws_secret_access_key"),
      gcpCredentialJSON: given.optionalText("gcp_credential_json"),
      azureAccount: given.optionalText("azure_account"),
      azureKey: given.optionalText("azure_key"))
  }

  public var parameters: [String: JSONValue] {
    .init(given: [
      "bucket_uri": .string(bucketURI), "aws_region": awsRegion.map(JSONValue.string),
      "aws_end_point": awsEndPoint.map(JSONValue.string),
      "aws_access_key_id": awsAccessKeyID.map(JSONValue.string),
      "aws_secret_access_key": awsSecretAccessKey.map(JSONValue.string),
      "gcp_credential_json": gcpCredentialJSON.map(JSONValue.string),
      "azure_account": azureAccount.map(JSONValue.string),
      "azure_key": azureKey.map(JSONValue.string),
    ])
  }
}

/// Makes a place for archives unknown again.
public struct DeleteArchiveDestination: ControlRequest, Hashable {
  public typealias Reply = UndocumentedReply
  public static let operation = ControlOperation(
    .imageFlux, "20190205", "DeleteArchiveDestination",
    "Makes a place for archives unknown; what is archived there stays.",
    keys: [
      ControlKey("archive_destination_id", .text(bytes: 1...255), "ID of the destination")
    ],
    reply: "not documented", documents: .imageFluxReference, repetition: .always)

  public var archiveDestinationID: String

  public init(archiveDestinationID: String) {
    self.archiveDestinationID = archiveDestinationID
  }

  public init(parameters: [String: JSONValue]) throws(ControlParameterError) {
    archiveDestinationID = try CheckedParameters(parameters, of: Self.operation)
      .text("archive_destination_id")
  }

  public var parameters: [String: JSONValue] {
    ["archive_destination_id": .string(archiveDestinationID)]
  }
}

/// Which places for archives there are.
public struct ListArchiveDestinations: ParameterlessRequest, Hashable {
  public typealias Reply = ArchiveDestinationList
  public static let operation = ControlOperation(
    .imageFlux, "20190205", "ListArchiveDestinations", "Lists the places for archives.",
    reply: "list of `archive_destination_id`, `bucket_uri`", documents: .imageFluxReference,
    repetition: .always, emptyBody: .object)

  public init() {}
}

/// The same under its older name.
public struct ListArchiveDestination: ParameterlessRequest, Hashable {
  public typealias Reply = ArchiveDestinationList
  public static let operation = ControlOperation(
    .imageFlux, "20190205", "ListArchiveDestination",
    "Lists the places for archives, under the name the operation had at first.",
    reply: "list of `archive_destination_id`, `bucket_uri`", documents: .imageFluxReference,
    repetition: .always, emptyBody: .object)

  public init() {}
}
