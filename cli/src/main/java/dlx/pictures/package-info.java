/**
 * Pictures as bytes, from files and into files.
 *
 * <pre>
 *   Pixels        height, width, channels and a byte for each: rows from the top, channels last
 *   PictureFile   PNG, JPEG, GIF and BMP, read into pixels with the channels that are wanted
 *   Resize        another size: stretched, or scaled and cut
 *   Brightness    numbers as bytes: what is black, what is white, what is no number
 *   Grid          tensors that are pictures, filters or feature maps, side by side
 *   Png           pixels into a PNG file
 * </pre>
 *
 * Codes: R0101 a file that is no picture or damaged, R0103 a shape that is none, R0301 too large.
 *
 * <p>Never here: inputs of programs, options, the language.
 */
package dlx.pictures;
