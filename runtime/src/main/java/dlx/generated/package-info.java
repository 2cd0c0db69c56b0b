/** Where generated classes live, so that their names begin with the name of this package. */
package dlx.generated;
