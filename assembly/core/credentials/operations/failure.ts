/** Why an operation failed. */
export const enum Failure {
  None,
  EmptyStack,
  NotBase64,
  NotUtf8,
  TooShort,
  TooLong,
  NoMatch,
  TooFewValues,
  TooManyValues,
  NotContained,
  IndexOutOfRange,
  Check,
  NotJson,
  NotProtobuf,
  PathNotFound,
  KeyNotFound,
  NotStrings,
  LimitReached,
}

/** Returns a failure in words, for the log. */
export function failureText(failure: Failure): string {
  switch (failure) {
    case Failure.EmptyStack:
      return "it leaves no value";
    case Failure.NotBase64:
      return "the value is not base64";
    case Failure.NotUtf8:
      return "the decoded value is not UTF-8";
    case Failure.TooShort:
      return "the value is shorter than min";
    case Failure.TooLong:
      return "the value is longer than max";
    case Failure.NoMatch:
      return "the value does not match";
    case Failure.TooFewValues:
      return "there are fewer values than min";
    case Failure.TooManyValues:
      return "there are more values than max";
    case Failure.NotContained:
      return "no value is equal to it";
    case Failure.IndexOutOfRange:
      return "there is no value at the index";
    case Failure.Check:
      return "the check says no";
    case Failure.NotJson:
      return "the value is not JSON";
    case Failure.NotProtobuf:
      return "the value is not a protobuf Struct";
    case Failure.PathNotFound:
      return "the path leads nowhere";
    case Failure.KeyNotFound:
      return "none of the keys is there";
    case Failure.NotStrings:
      return "what is found is neither a string nor a list of strings";
    case Failure.LimitReached:
      return "it would take more values or memory than a lookup may have";
    default:
      return "";
  }
}
