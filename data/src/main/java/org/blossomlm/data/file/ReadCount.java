package org.blossomlm.data.file;

/**
 * What has been read so far.
 *
 * @param blankLines lines with nothing
 * @param badLines lines, rows or elements that are no records
 */
public record ReadCount(int files, long records, long blankLines, long badLines) {
  static final ReadCount NONE = new ReadCount(0, 0, 0, 0);
}
