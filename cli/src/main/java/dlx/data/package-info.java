/**
 * Numbers in and out of files: what the inputs of a program are given, and what it leaves behind.
 *
 * <pre>
 *   Wanted    what an input wants: name, element type, shape, the axis that counts examples
 *   source    NAME.npy | NAME.npz | NAME.csv | IDX | NAME.safetensors | JSON | demo:NAME
 *             NAME.png | FOLDER | CIFAR-10
 *   Loaded    values by name, class names of text columns, sentences about what was chosen
 *   Dataset   columns of equal length: split, shuffle, batches
 *   Loader    batches prepared ahead by threads of their own; Augmentation changes pictures
 * </pre>
 *
 * Every reader converts to the wanted element type with range checks and reports one clear error
 * that names the file. Codes: R0101 unreadable, R0103 shape, R0104 a value of the wrong type, R0105
 * a missing value, R0106 not written, R0107 a name that is not there, R0301 too many elements,
 * R0303 too little memory, R0308 a header that is too long.
 *
 * <p>Never here: the compiler, the language; pixels are of dlx.pictures.
 */
package dlx.data;
